import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { bashCompletion } from '../../../src/commands/bash-completion.ts'

const script = bashCompletion()

/** What bash offers for the last of these words. */
function offered(...words: readonly string[]): readonly string[] {
  const list = words.map((word) => `'${word}'`).join(' ')
  const ask = `COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _edge; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', `${script}\n${ask}`], { encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.split('\n').filter(Boolean)
}

describe.skipIf(spawnSync('bash', ['--version']).error !== undefined)('bash completes', () => {
  test.each([
    [['edge', 'sta'], ['start']],
    [
      ['edge', 'get-qu'],
      ['Get-Queue', 'Get-QueueDigest'],
    ],
    [['edge', 'Get-Queue', '-Fi'], ['-Filter']],
    [['edge', 'Get-Queue', '--c'], ['--config']],
    [
      ['edge', 'lab', '--layout', ''],
      ['loopback', 'one-address', 'compose'],
    ],
    [
      ['edge', 'lab', '--'],
      ['--catch-all', '--data', '--high-ports', '--layout', '--peers-only', '--help'],
    ],
    [['edge', 'start', '--service', 't'], ['Transport']],
    [['edge', 'help', 'explain'], ['explain-route']],
    [['edge', 'nonsense', '-'], []],
    // A file, which bash completes by itself.
    [['edge', 'start', '--config', 'conf'], []],
  ])('%j', (words, candidates) => {
    expect(offered(...words)).toEqual(candidates)
  })

  test('no parameter that is refused', () => {
    expect(offered('edge', 'Test-MailFlow', '-Target')).toEqual(['-TargetEmailAddress'])
  })
})
