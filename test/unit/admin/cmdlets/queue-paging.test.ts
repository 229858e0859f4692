import { describe, expect, test } from 'vitest'
import { FakeQueueServer } from '../../../support/fake-queue-server.ts'
import { messageView, queueView } from '../../../support/queue-views.ts'
import { runQueueLine } from '../../../support/run-queue-line.ts'

/** Five messages whose order by size, sender and number differ. */
function server(): FakeQueueServer {
  const queues = new FakeQueueServer()
  queues.views = [1, 2, 10].map((number) => queueView(number, { MessageCount: 20 - number }))
  queues.found = [
    messageView(2, 1, { Size: 300, FromAddress: 'b@x.test' }),
    messageView(10, 2, { Size: 100, FromAddress: 'A@x.test' }),
    messageView(2, 2, { Size: 100, FromAddress: 'A@x.test' }),
    messageView(1, 3, { Size: 200, FromAddress: 'c@x.test' }),
    messageView(1, 10, { Size: 200, FromAddress: 'a@x.test' }),
  ]
  return queues
}

async function shown(line: string): Promise<string> {
  const { out, errors } = await runQueueLine(server(), line)
  expect(errors).toBe('')
  return out.split('\n').filter(Boolean).join(' ').replaceAll('EDGE01\\', '')
}

describe('Get-Message page by page', () => {
  test.each([
    ['-SortOrder +Size', '2\\2 10\\2 1\\3 1\\10 2\\1'],
    ['-SortOrder:-Size', '2\\1 1\\3 1\\10 2\\2 10\\2'],
    ['-SortOrder +FromAddress,-Identity', '1\\10 10\\2 2\\2 2\\1 1\\3'],
    ['-SortOrder "-Queue, +Size"', '10\\2 2\\2 2\\1 1\\3 1\\10'],
    ['-SortOrder +Identity', '2\\1 2\\2 10\\2 1\\3 1\\10'],
    ['-SortOrder +Size -ResultSize 2', '2\\2 10\\2'],
    ['-BookmarkIndex 2 -ResultSize 2', '2\\2 10\\2'],
    ['-BookmarkIndex 2 -IncludeBookmark $false -ResultSize 2', '10\\2 1\\3'],
    ['-BookmarkIndex 9', ''],
    ['-BookmarkIndex 0 -ResultSize 1', '2\\1'],
    ['-BookmarkIndex 2147483647 -ResultSize 2', '1\\3 1\\10'],
    ['-BookmarkIndex 4 -SearchForward $false -ResultSize 2', '10\\2 1\\3'],
    ['-BookmarkIndex 4 -SearchForward $false -IncludeBookmark $false -ResultSize 2', '2\\2 10\\2'],
    ['-SearchForward $false -ResultSize 2', '1\\3 1\\10'],
    ['-SearchForward $false -ResultSize Unlimited', '2\\1 2\\2 10\\2 1\\3 1\\10'],
    ['-Filter {Size -le 200} -SortOrder:-Size -ResultSize 3', '1\\3 1\\10 2\\2'],
  ])('with %s shows %s', async (parameters, expected) => {
    expect(await shown(`Get-Message ${parameters} | % Identity`)).toBe(expected)
  })
  test.each([
    ['-ResultSize 2', '1\\10 2\\2'],
    ['-ResultSize 2 -IncludeBookmark $false', '2\\2 10\\2'],
    ['-ResultSize 2 -SearchForward $false', '1\\3 1\\10'],
    ['-ResultSize 2 -SearchForward $false -IncludeBookmark $false', '2\\1 1\\3'],
    ['-ResultSize Unlimited -SearchForward $false', '2\\1 1\\3 1\\10'],
  ])('from a bookmark with %s shows %s', async (parameters, expected) => {
    const line = `$all = Get-Message -SortOrder:-Size; Get-Message -SortOrder:-Size -BookmarkObject:$all[2] ${parameters}`
    expect(await shown(`${line} | % Identity`)).toBe(expected)
  })
  test.each([
    ['-ResultSize 2', '1 of 5'],
    ['-BookmarkIndex 3 -ResultSize 2', '3 of 5'],
    ['-BookmarkObject $all[1] -IncludeBookmark $false', '3 of 5'],
    ['-BookmarkObject $all[3] -SearchForward $false -ResultSize 2', '3 of 5'],
    ['-BookmarkIndex 9', '0 of 5'],
  ])('with %s tells that the page begins at %s', async (parameters, expected) => {
    const line = `$all = Get-Message -SortOrder +Identity; Get-Message ${parameters} -ReturnPageInfo $true`
    const told = `Select-Object -First 1 | ForEach-Object { '' + $_.PageOffset + ' of ' + $_.TotalCount }`
    expect(await shown(`${line} | ${told}`)).toBe(expected)
  })
  test.each([
    ['-SortOrder:-DateReceived', [{ newestFirst: true }]],
    ['-SortOrder:-Identity,+Size', [{ newestFirst: true }]],
    ['-SortOrder +DateReceived', [{}]],
    ['-SortOrder:-Size', [{}]],
  ])('with %s the queue is gone through from the better end', async (parameters, selections) => {
    const queues = server()
    await runQueueLine(queues, `Get-Message ${parameters}`)
    expect(queues.selections).toEqual(selections)
  })
  test('warns of results on either side of the page', async () => {
    const warning = /WARNING: There are more results/
    const forward = await runQueueLine(server(), 'Get-Message -SortOrder +Size -ResultSize 4')
    expect(forward.notices).toMatch(warning)
    const backward = 'Get-Message -SearchForward $false -ResultSize'
    expect((await runQueueLine(server(), `${backward} 4`)).notices).toMatch(warning)
    expect((await runQueueLine(server(), `${backward} 5`)).notices).toBe('')
  })
  test.each([
    ['-SortOrder +Sise', 'Did you mean Size?'],
    ['-SortOrder +Recipients', 'not a property that can be sorted by'],
    ['-IncludeBookmark $true', 'needs -BookmarkIndex or -BookmarkObject'],
    ['-BookmarkIndex 1 -BookmarkObject (Get-Message 3)', 'cannot be used together'],
    ['-BookmarkObject 17', 'no object that this command gives'],
  ])('%s is refused', async (parameters, why) => {
    const { errors } = await runQueueLine(server(), `Get-Message ${parameters}`)
    expect(errors.replaceAll(/\s+/g, ' ')).toContain(why)
  })
})

test.each([
  ['-SortOrder +MessageCount', '10 2 1'],
  ['-SortOrder:-Identity', '10 2 1'],
  ['-BookmarkIndex 2 -ResultSize 1', '2'],
  ['-BookmarkObject (Get-Queue 2) -IncludeBookmark $false', '10'],
])('Get-Queue %s shows %s', async (parameters, expected) => {
  expect(await shown(`Get-Queue ${parameters} | % Identity`)).toBe(expected)
})
