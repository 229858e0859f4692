import { pathToFileURL } from 'node:url'
import { type AgentEvent, agentEvents } from '../agent-events.ts'
import type { AgentFacts } from './module-contract.ts'

/** A module's agent: what it is asked at which event. */
export interface LoadedAgent {
  readonly handlers: ReadonlyMap<AgentEvent, (event: object) => unknown>
}

/** How `default` is found: the export that the documentation names, else the module's own default. */
const defaultExports = ['agent', 'default'] as const

/** Loads an agent's module. Rejects with what is wrong with it, told to who wrote it. */
export async function loadAgent(
  module: string,
  factory: string,
  facts: AgentFacts,
): Promise<LoadedAgent> {
  const exports: unknown = await import(pathToFileURL(module).href)
  if (!isObject(exports)) throw new TypeError('it is no module')
  const names = factory.toLowerCase() === 'default' ? defaultExports : [factory]
  const name = names.find((each) => each in exports)
  if (name === undefined) throw new TypeError(`it has no export called ${names.join(' or ')}`)
  const found = valueOf(exports, name)
  const made: unknown = isFunction(found) ? await found(facts) : found
  if (typeof made !== 'object' || made === null)
    throw new TypeError(
      `its export ${name} is neither an object with handlers nor a function that makes one`,
    )
  return { handlers: handlersOf(made) }
}

/** `onEndOfData` of `OnEndOfData`. */
const handlerName = (event: AgentEvent) => `on${event.slice(2)}`

function handlersOf(agent: object): LoadedAgent['handlers'] {
  const handlers = new Map<AgentEvent, (event: object) => unknown>()
  for (const event of agentEvents) {
    const handler = valueOf(agent, handlerName(event))
    if (handler === undefined) continue
    if (!isFunction(handler)) throw new TypeError(`its ${handlerName(event)} is no function`)
    handlers.set(event, (given) => handler.call(agent, given))
  }
  const known = agentEvents.map(handlerName)
  const unknown = namesOf(agent).find((name) => /^on[A-Z]/i.test(name) && !known.includes(name))
  if (unknown !== undefined)
    throw new TypeError(`its handler ${unknown} is for no event; there are ${known.join(', ')}`)
  if (handlers.size === 0) throw new TypeError('it has no handler for any event')
  return handlers
}

/** Own names, and those of the classes it is made by. */
function namesOf(agent: object): readonly string[] {
  const names: string[] = []
  for (let level: unknown = agent; isObject(level) && level !== Object.prototype;) {
    names.push(...Object.getOwnPropertyNames(level))
    level = Object.getPrototypeOf(level)
  }
  return names
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const valueOf = (holder: object, name: string): unknown => Reflect.get(holder, name)

function isFunction(value: unknown): value is (...given: readonly unknown[]) => unknown {
  return typeof value === 'function'
}
