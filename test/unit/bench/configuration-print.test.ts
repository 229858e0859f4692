import { describe, expect, test } from 'vitest'
import { ConfigurationPrint, differences } from '../../../bench/configuration-print.ts'
import type { MailServer } from '../../../bench/mail-server.ts'
import { ProcessTree } from '../../../bench/process-tree.ts'

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
