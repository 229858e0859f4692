import { type CmdletContext, parameter } from '../../shell/cmdlet.ts'
import type { ParameterType } from '../../shell/parameter-type.ts'
import { refuseTogether } from '../../shell/parameter-sets.ts'
import { flag, wholeNumber } from '../../shell/parameter-types.ts'
import { ShellError } from '../../shell/shell-error.ts'
import { ShellObject } from '../../values/value.ts'
import { textOf } from '../../values/text-of.ts'
import { limitedResults, resultSize, usualResultSize, warnOfMore } from './result-size.ts'
import { type SearchSource, SortedSearch } from './sorted-search.ts'
import { type SortedProperty, sortOrder } from './sort-order.ts'

/** Exchange's number for the last page. */
const lastPage = 2 ** 31 - 1

/** The parameters for going through a long result page by page. */
export function pagingParameters(properties: readonly string[]) {
  return {
    ResultSize: resultSize,
    SortOrder: parameter(sortOrder(properties), {
      help: 'Properties to sort by, the most important first: +Name ascending, -Name descending. In front a minus needs a colon: -SortOrder:-Size,+Subject.',
      defaultText: '+Identity',
    }),
    BookmarkIndex: parameter(wholeNumber(-(2 ** 31), lastPage), {
      help: 'Where the page begins, counted from 1. Zero and less: the first page; 2147483647: the last one.',
    }),
    BookmarkObject: parameter(bookmark, {
      help: 'The object where the page begins: one that the same command with the same -SortOrder gave.',
    }),
    IncludeBookmark: parameter(flag, {
      help: 'Whether the object at the bookmark is part of the page.',
      defaultText: '$true',
    }),
    SearchForward: parameter(flag, {
      help: 'With $false the page ends at the bookmark, or at the end of the results.',
      defaultText: '$true',
    }),
    ReturnPageInfo: parameter(flag, {
      help: 'First tell how many results there are, and which of them the page begins with.',
      defaultText: '$false',
    }),
  }
}

/** An object that Get-Queue or Get-Message gave. */
const bookmark: ParameterType<ShellObject> = {
  name: 'ExtensibleQueueViewerObject',
  convert: ({ value }) =>
    value instanceof ShellObject && value.get('Identity') !== undefined
      ? { value }
      : { problem: `"${textOf(value)}" is no object that this command gives.` },
}

export interface PagingGiven {
  readonly ResultSize?: number
  readonly SortOrder?: readonly SortedProperty[]
  readonly BookmarkIndex?: number
  readonly BookmarkObject?: ShellObject
  readonly IncludeBookmark?: boolean
  readonly SearchForward?: boolean
  readonly ReturnPageInfo?: boolean
}

/** Whether results must be sorted, for they are to come page by page. */
export function isPaged(given: PagingGiven): boolean {
  const { SortOrder, BookmarkIndex, BookmarkObject, SearchForward, ReturnPageInfo } = given
  return [SortOrder, BookmarkIndex, BookmarkObject, SearchForward, ReturnPageInfo].some(
    (each) => each !== undefined,
  )
}

/** Results as they are asked for: sorted when any parameter of paging is given, else as they come. */
export async function* pageOf<T>(
  source: SearchSource<T>,
  given: PagingGiven,
  context: CmdletContext,
): AsyncGenerator<T | ShellObject, void> {
  refuseTogether(given, ['BookmarkIndex', 'BookmarkObject'])
  const { IncludeBookmark, BookmarkIndex, BookmarkObject, ReturnPageInfo = false } = given
  if (IncludeBookmark !== undefined && (BookmarkIndex ?? BookmarkObject) === undefined) {
    throw new ShellError('-IncludeBookmark needs -BookmarkIndex or -BookmarkObject.', {
      ...{ id: 'MissingCompanionParameter', category: 'InvalidArgument' },
    })
  }
  if (!isPaged(given)) {
    const all = source.results(() => ({}))
    yield* limitedResults(all, given.ResultSize, context)
    return
  }
  const { SortOrder: order = [] } = given
  const search = new SortedSearch(source, { order, signal: context.signal, counts: ReturnPageInfo })
  const { results, offset } = pageFrom(search, given, context)
  const first = await results.next()
  if (ReturnPageInfo) yield pageInfo(first.done === true ? 0 : offset(), search.figures.total)
  if (first.done === true) return
  yield first.value
  yield* results
}

function pageInfo(offset: number, total: number): ShellObject {
  const properties = { PageOffset: offset, TotalCount: total }
  return new ShellObject({ type: 'PagedPositionInfo', properties })
}

interface Page<T> {
  readonly results: AsyncGenerator<T, void>
  /** The place of its first result among all, from 1; known when that has come. */
  readonly offset: () => number
}

function pageFrom<T>(search: SortedSearch<T>, given: PagingGiven, context: CmdletContext): Page<T> {
  const { ResultSize: size = usualResultSize, BookmarkIndex: index, BookmarkObject: at } = given
  const { IncludeBookmark: inclusive = true, SearchForward: forward = true } = given
  const limit = at && { key: search.keyOf(at), inclusive }
  const walk = (skip: number, take: number) => ({
    results: limitedResults(
      search.forward(limit && forward ? { from: limit } : {}, { skip, take: take + 1 }),
      take,
      context,
    ),
    offset: () => search.figures.before + skip + 1,
  })
  if (index !== undefined && index <= 0) return walk(0, size)
  if (index !== undefined && index < lastPage) {
    if (forward) return walk(index - Number(inclusive), size)
    const end = index - Number(!inclusive)
    const skip = Math.max(0, end - size)
    return exactly(search, skip, end - skip)
  }
  if (forward && index === undefined) return walk(0, size)
  return endingAt(search, limit, { size, context })
}

/** So many results, whatever else there is. */
function exactly<T>(search: SortedSearch<T>, skip: number, take: number): Page<T> {
  return { results: search.forward({}, { skip, take }), offset: () => skip + 1 }
}

/** The page that ends at the limit, or with the last result of all. */
function endingAt<T>(
  search: SortedSearch<T>,
  to:
    { readonly key: ReturnType<SortedSearch<T>['keyOf']>; readonly inclusive: boolean } | undefined,
  { size, context }: { readonly size: number; readonly context: CmdletContext },
): Page<T> {
  const range = to === undefined ? {} : { to }
  if (size === Infinity) {
    return { results: search.forward(range, { skip: 0, take: size }), offset: () => 1 }
  }
  let length = 0
  const results = async function* () {
    const found = await search.backward(range, size + 1)
    length = Math.min(found.length, size)
    yield* found.slice(found.length - length)
    if (found.length > size) warnOfMore(size, context)
  }
  return { results: results(), offset: () => search.figures.inside - length + 1 }
}
