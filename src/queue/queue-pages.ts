import type { FiguresQuery, QueueFigures, QueueStore } from './queue-store.ts'

/** Some milliseconds' work for the store, and for who takes it. */
export const queuesPerPage = 2000

/** The figures of all queues, page by page: there may be a hundred thousand. */
export async function* queuePages(
  store: Pick<QueueStore, 'queues'>,
  query: Pick<FiguresQuery, 'withRetry'> = {},
): AsyncGenerator<readonly QueueFigures[]> {
  for (let last = 0; ;) {
    const page = await store.queues({ ...query, after: last, limit: queuesPerPage })
    yield page
    if (page.length < queuesPerPage) return
    last = page.at(-1)?.number ?? last
  }
}
