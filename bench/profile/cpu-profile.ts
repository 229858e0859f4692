/** What `node --cpu-prof` writes, as far as it is read here. Times in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[]
  /** The node that ran at each sample. */
  readonly samples: readonly number[]
  /** Before each sample. */
  readonly timeDeltas: readonly number[]
  /** On the machine's monotonic clock. */
  readonly startTime: number
}

interface ProfileNode {
  readonly id: number
  readonly callFrame: CallFrame
}

interface CallFrame {
  readonly functionName: string
  /** Empty for native functions. */
  readonly url: string
  /** From 0. */
  readonly lineNumber: number
}

/** A span on the machine's monotonic clock, in microseconds. */
export interface Span {
  readonly begin: number
  readonly end: number
}

/** Where one thread spent a span, in microseconds. */
export interface Spending {
  readonly busy: number
  /** Greatest first. */
  readonly groups: readonly Share[]
  /** Greatest first. */
  readonly functions: readonly Share[]
}

export interface Share {
  readonly name: string
  readonly time: number
}

/** Sums a profile's samples within a span: by kind of code, and by function. */
export function spendingOf(profile: CpuProfile, { begin, end }: Span): Spending {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
  const groups = new Map<string, number>()
  const functions = new Map<string, number>()
  let busy = 0
  let at = profile.startTime
  for (const [index, id] of profile.samples.entries()) {
    const time = profile.timeDeltas[index] ?? 0
    at += time
    const frame = frames.get(id)
    if (frame === undefined || frame.functionName === '(idle)' || at < begin || at > end) continue
    busy += time
    add(groups, groupOf(frame), time)
    add(functions, nameOf(frame), time)
  }
  return { busy, groups: sorted(groups), functions: sorted(functions) }
}

function groupOf({ functionName, url }: CallFrame): string {
  if (functionName === '(garbage collector)') return 'garbage collection'
  if (functionName === '(program)') return "Node's event loop"
  const own = /\/src\/(\w[\w-]*)\//.exec(url)?.[1]
  if (own !== undefined) return `src/${own}`
  if (url.startsWith('node:')) return "Node's JavaScript"
  const library = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]
  return library ?? 'native functions, with the system calls in them'
}

function nameOf({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName === '' ? '(anonymous)' : functionName
  if (url === '') return name.startsWith('RegExp: ') ? 'RegExp' : name
  const place = url.startsWith('node:') ? url : url.replace(/^.*\/(src|node_modules)\//, '$1/')
  return `${name} ${place}:${lineNumber + 1}`
}

function add(sums: Map<string, number>, name: string, time: number): void {
  sums.set(name, (sums.get(name) ?? 0) + time)
}

function sorted(sums: ReadonlyMap<string, number>): readonly Share[] {
  return [...sums].map(([name, time]) => ({ name, time })).sort((a, b) => b.time - a.time)
}
