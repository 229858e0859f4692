import { describe, expect, test } from 'vitest'
import { ConfigurationPrint, differences } from '../../../bench/configuration-print.ts'
import { fileSystemOf } from '../../../bench/machine.ts'
import type { MailServer } from '../../../bench/mail-server.ts'
import { ProcessTree } from '../../../bench/process-tree.ts'
import { missingPrograms } from '../../../bench/programs.ts'

describe('the file system of a folder', () => {
  const mountinfo = `22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:25 / /tmp rw,nosuid shared:5 - tmpfs tmpfs rw
31 22 8:1 / /srv/mail rw - xfs /dev/sda1 rw
`
  test.each([
    { folder: '/tmp/edge-bench-1', type: 'tmpfs' },
    { folder: '/tmp', type: 'tmpfs' },
    { folder: '/tmpfiles/x', type: 'ext4' },
    { folder: '/srv/mail/a/b', type: 'xfs' },
    { folder: '/home', type: 'ext4' },
  ])('of $folder is $type', ({ folder, type }) => {
    expect(fileSystemOf(folder, mountinfo)).toBe(type)
  })
})

test('programs that are missing are named with the packages to install', () => {
  expect(missingPrograms('/nonexistent')).toBe(
    'not found: postfix, postconf, smtp-source, smtp-sink, saslpasswd2, strace; on Debian: apt-get install postfix sasl2-bin strace',
  )
})

describe('configurations', () => {
  const server = (configuration: string): MailServer => ({
    ...{ label: 'Postfix', configuration, place: { address: '127.0.0.1', port: 25 } },
    tree: new ProcessTree(process.pid),
    lastWords: () => Promise.resolve(''),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  })

  test('are printed whole once, and then by what differs', () => {
    let text = ''
    const print = new ConfigurationPrint((part) => (text += part))
    print.print('kept', server('a = 1\nq = /tmp/edge-bench-Ab1/postfix-x1/queue'))
    expect(text).toContain('kept: configuration of Postfix\na = 1\nq = postfix/queue\n')
    text = ''
    print.print('starttls', server('a = 2\nq = /tmp/edge-bench-Ab1/postfix-y2/queue'))
    expect(text).toContain('- a = 1\n+ a = 2\n')
    expect(text).not.toContain('queue')
  })

  test('that are alike have no differences', () => {
    expect(differences(['a', 'b'], ['b', 'a'])).toEqual([])
  })
})
