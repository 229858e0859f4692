import { expect, test } from 'vitest'
import { run } from '../../../../support/run-shell.ts'

const label = '-- More -- (space: next page, Enter: next line, q: end)'

/** What stood on the screen in between, by the questions. */
async function pages(line: string, answers: readonly string[], width = 80) {
  const { all, questions } = await run(line, { height: 4, answers, width })
  for (const question of questions) expect(question).toEqual({ label, secret: false, key: true })
  return all.split(`${label}\r\x1b[K`)
}

test('a page is a screen but for the line of the question; a key shows the next', async () => {
  expect(await pages('1..8 | more', [' ', ' '])).toEqual(['1\n2\n3\n', '4\n5\n6\n', '7\n8\n'])
})

test('Enter shows one line more', async () => {
  expect(await pages('1..6 | more', ['\r', '\r', ' '])).toEqual(['1\n2\n3\n', '4\n', '5\n', '6\n'])
})

test('q ends it, and what was still to come is not asked for', async () => {
  expect(await pages('1..900000 | % {$n = $_; $_} | more; $n', ['q'])).toEqual([
    '1\n2\n3\n',
    expect.stringMatching(/^4\n$/),
  ])
})

test('a line that is wider than the screen takes more of its lines', async () => {
  const wide = 'x'.repeat(45)
  expect(await pages(`'${wide}','b','c' | more`, [' '], 20)).toEqual([`${wide}\n`, 'b\nc\n'])
})

test('without a terminal, or with -Paging:$false, all is shown', async () => {
  expect((await run('1..9 | Out-Host')).out).toBe('1\n2\n3\n4\n5\n6\n7\n8\n9\n')
  expect((await run('1..9 | more -Paging:$false', { height: 4 })).questions).toEqual([])
})

test('what is shown is that of a table', async () => {
  expect((await run('Get-SendConnector | more')).out).toBe((await run('Get-SendConnector')).out)
})
