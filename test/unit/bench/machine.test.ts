import { describe, expect, test } from 'vitest'
import { fileSystemOf } from '../../../bench/machine.ts'

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
