import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { filteredMessages } from '../../../../src/admin/cmdlets/queues/queue-objects.ts'
import { filter } from '../../../../src/admin/shell/filter.ts'
import type { Condition } from '../../../../src/admin/shell/filter-condition.ts'
import { FakeQueueServer } from '../../../support/fake-queue-server.ts'
import { messageView, queueView } from '../../../support/queue-views.ts'
import { runQueueLine } from '../../../support/run-queue-line.ts'

/** Two messages wait, in two queues. */
function waiting(): FakeQueueServer {
  const server = new FakeQueueServer()
  server.views = [queueView(1, { Status: 'Retry' }), queueView(2)]
  server.found = [messageView(1, 17), messageView(2, 18)]
  return server
}

const plain = (text: string) => text.replaceAll(/\s+/g, ' ')

async function refused(line: string): Promise<string> {
  const server = waiting()
  const { errors, out, result } = await runQueueLine(server, line)
  expect(server.asked).toEqual([])
  expect(server.selections).toEqual([])
  expect(out).toBe('')
  expect(result).toMatchObject({ kind: 'done', failed: true })
  return plain(errors)
}

const notComparisons: [filter: string, why: string][] = [
  ['Subject', '"Subject" is no comparison'],
  ['1', '"1" is no comparison'],
  ["'Subject'", 'is no comparison'],
  ['$true', '"$true" is no comparison'],
  ['-not Subject', '"Subject" is no comparison'],
  ['(1)', '"1" is no comparison'],
  ["Subject -eq 'a' -or 1", '"1" is no comparison'],
  ["Subject -eq 'a', 'b'", 'one value'],
  ["Subject, Status -eq 'a'", 'on the left of a comparison stands a property'],
  ["Subject -notcontains 'Won'", '-notcontains cannot be used in a filter. Comparisons are -eq,'],
  ["Subject -contains 'Won'", '-contains cannot be used'],
  ["Subject -in 'Won'", '-in cannot be used'],
  ["Subject -match 'Won'", '-match cannot be used'],
  ["Subject -eq 'a' -xor Subject -eq 'b'", '-xor cannot be used'],
  ["Subject -replace 'Won', ''", '-replace cannot be used'],
  ['Size + 1', '+ cannot be used'],
  ["Subject -nope 'a'", "Unexpected token '-nope'"],
  ['Subject -eq', 'must provide a value expression'],
  ['', 'Invalid filter syntax'],
  ["'a' -eq Subject", 'on the left of a comparison stands a property'],
  ["(Subject) -eq 'a'", 'on the left of a comparison stands a property'],
  ["-not Subject -eq 'a'", 'on the left of a comparison stands a property'],
  ["Nothing -ne 'a'", '"Nothing" is not a property that can be filtered by'],
  ["Subjekt -ne 'a'", 'Did you mean Subject?'],
  ["Subject.Length -gt '0'", 'on the left of a comparison stands a property'],
  ["Size -gt 'many'", 'Size is a size. "many" is not a size.'],
  ["RetryCount -ge '1 or 2'", '"1 or 2" is not a number'],
  ["DateReceived -lt 'yesterday'", '"yesterday" is not a time'],
  ["MessageLatency -gt '5'", '"5" is not a time span'],
  ["Size -like '1*'", '-like cannot be used with Size, which is a size: use -eq, -ne, -gt'],
  ["Status -ne 'Redy'", 'It is never "Redy". Did you mean Ready?'],
  ["Status -gt 'Ready'", '-gt cannot be used with Status'],
  ["Recipients -ne 'bob@d1.test'", '-ne cannot be used with Recipients'],
  ['Subject -gt $null', '$null can be compared by -eq and -ne only'],
  ["Subject -like '**'", 'fits everything, as if something were missing'],
  ['Status -eq Retry', "A text stands in quotes: 'Retry'."],
  ['FromAddress -ne bob@contoso.test', "A text stands in quotes: 'bob@contoso.test'."],
  ["Subject -eq 'a' | Remove-Message", 'Unexpected token'],
]

describe('a filter that is no comparison is refused before anything is asked', () => {
  test.each(notComparisons)('%s', async (source, why) => {
    const quoted = `'${source.replaceAll("'", "''")}'`
    const line = `Remove-Message -Filter ${quoted} -WithNDR $false -Confirm:$false`
    expect(await refused(line)).toContain(why)
    expect(await refused(`Get-Message -Filter ${quoted}`)).toContain(why)
  })
  test('and so it is with queues', async () => {
    for (const command of ['Get-Queue', 'Suspend-Queue', 'Retry-Queue', 'Get-QueueDigest EDGE01']) {
      const name = command === 'Get-QueueDigest EDGE01' ? 'Get-QueueDigest -Server EDGE01' : command
      expect(await refused(`${name} -Filter {Status}`)).toContain('"Status" is no comparison')
      expect(await refused(`${name} -Filter {Status -eq Retry}`)).toContain("in quotes: 'Retry'")
      expect(await refused(`${name} -Filter {Status -eq 'Waiting'}`)).toContain('It is one of')
    }
  })
})

test.each([
  ["FromAddress -eq 'ANA@contoso.test'", ['17', '18']],
  ["{Subject -eq 'Message 17'}", ['17']],
  ["FromAddress -ceq 'ANA@contoso.test'", []],
  ["(Subject -eq 'Message 17') -or (Size -gt 1KB)", ['17']],
  ["-not (Subject -like '*17')", ['18']],
  ["!(Subject -like '*17')", ['18']],
  ["$_.Status -eq 'Ready' -and $_.SCL -eq -1", ['17', '18']],
  ["Subject -notlike '*17'", ['18']],
  ['LastError -eq $null', ['17', '18']],
  ['LastError -ne $null', []],
  // What is not there is neither before nor behind anything.
  ["LockReason -lt 'z'", []],
  ["MessageLatency -lt '00:00:01'", []],
  ["Recipients -notlike '*nobody*'", ['17', '18']],
  ["Identity -like '*'", ['17', '18']],
])('the filter %s means %s', async (source, numbers) => {
  const server = waiting()
  const text = source.startsWith('{') ? `'${source.replaceAll("'", "''")}'` : `{${source}}`
  const line = `Remove-Message -Filter ${text} -WithNDR $false -Confirm:$false`
  expect((await runQueueLine(server, line)).errors).toBe('')
  expect(server.asked).toEqual(numbers.length === 0 ? [] : [`remove ${numbers.join(' ')}`])
})

describe('what was never said means nothing, not all', () => {
  const noVariable = "The variable '$nothing' cannot be retrieved because it has not been set."
  test.each([
    ['Remove-Message -Filter "" -Confirm:$false', 'Invalid filter'],
    ['Remove-Message -Filter $null -Confirm:$false', 'because it is null'],
    ['Remove-Message -Filter $nothing -Confirm:$false', noVariable],
    ['Remove-Message -Filter "Subject -like \'*$nothing*\'" -Confirm:$false', noVariable],
    ['Remove-Message -Filter "Subject -ne \'$($nothing.Name)\'" -Confirm:$false', noVariable],
    ['Remove-Message -Identity "" -Confirm:$false', 'An identity is never empty.'],
    ['Remove-Message $nothing -Confirm:$false', noVariable],
    ['Remove-Message "$nothing\\17" -Confirm:$false', noVariable],
    ['Remove-Message -Confirm:$false', 'Say which messages'],
    ["'' | Remove-Message -Confirm:$false", 'cannot be bound'],
    ["'*' | Remove-Message -Confirm:$false", 'is no message identity'],
    ['Suspend-Queue ""', 'An identity is never empty.'],
    ['Suspend-Queue "$nothing*"', noVariable],
    ["'' | Suspend-Queue", 'cannot be bound'],
    ['Get-Message -Queue "$nothing" | Remove-Message -Confirm:$false', noVariable],
    ['Get-Queue -Server ""', 'An identity is never empty.'],
    ['Get-Queue | where Status -eq | Suspend-Queue', 'requires both the -Property and -Value'],
    ['Get-Queue | where Status -like "*$nothing*" | Suspend-Queue', noVariable],
    ['Get-Queue | where {$_.Status -like "*$nothing*"} | Suspend-Queue', noVariable],
    ['Get-Queue | ? {$_.Status -ne $nothing} | Suspend-Queue', noVariable],
  ])('%s', async (line, why) => {
    expect(await refused(line)).toContain(why)
  })
  test('nothing in a pipeline removes nothing', async () => {
    for (const nothing of ['@()', '$null', '$nothing', 'Get-Message -Filter {Size -gt 1GB}']) {
      const server = waiting()
      await runQueueLine(server, `${nothing} | Remove-Message -Confirm:$false`)
      expect(server.asked).toEqual([])
    }
  })
  test('a variable that was set is filled in', async () => {
    const server = waiting()
    const line = '$n = 17; Remove-Message -Filter "Subject -like \'*$n\'" -Confirm:$false'
    expect((await runQueueLine(server, line)).errors).toBe('')
    expect(server.asked).toEqual(['removeWithNotice 17'])
  })
})

const words = fc.constantFrom(
  ...['Subject', 'Size', 'Status', '$_', '.', '$true', '$null', '$x', '1', '-1', '1KB', "'a'"],
  ...['"b"', '-eq', '-ne', '-like', '-notlike', '-gt', '-contains', '-in', '-match', '-and', '-or'],
  ...['-not', '!', '(', ')', ',', '@(', '{', '}', '|', ';', '+', '*', 'Retry', "'Retry'", '\n'],
)
const anyFilter = fc.oneof(
  fc.array(words, { maxLength: 12 }).map((each) => each.join(' ')),
  fc.string({ maxLength: 40 }),
)

/** The comparisons of a condition, each of a known property. */
function comparisonsIn(condition: Condition): number {
  switch (condition.kind) {
    case 'comparison':
      expect(Object.keys(filteredMessages)).toContain(condition.property)
      return 1
    case 'not':
      return comparisonsIn(condition.of)
    default:
      return comparisonsIn(condition.left) + comparisonsIn(condition.right)
  }
}

test('any text is a joining of comparisons, or a problem', () => {
  const { convert } = filter(filteredMessages)
  fc.assert(
    fc.property(anyFilter, (value) => {
      const converted = convert({ value, now: new Date(0) })
      if ('problem' in converted) expect(converted.problem).toMatch(/^Invalid filter/)
      else expect(comparisonsIn(converted.value.condition)).toBeGreaterThan(0)
    }),
    { interruptAfterTimeLimit: 2000, numRuns: 3000 },
  )
})

test('nothing is ever removed by a line that fails', async () => {
  await fc.assert(
    fc.asyncProperty(anyFilter, async (source) => {
      const server = waiting()
      const quoted = `'${source.replaceAll("'", "''")}'`
      const line = `Remove-Message -Filter ${quoted} -Confirm:$false`
      const { result } = await runQueueLine(server, line)
      if (result.kind !== 'done' || result.failed) expect(server.asked).toEqual([])
    }),
    { interruptAfterTimeLimit: 2000, numRuns: 300 },
  )
})
