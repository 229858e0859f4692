/**
 * A value that an administrator can change while the service runs. Readers take `current` at the
 * moment of use; those that must act on a change subscribe.
 */
export interface Live<T> {
  readonly current: T
  /** Calls `onChange` after each change; the returned function ends that. */
  subscribe(onChange: (value: T) => void): () => void
}

/** The side of a live value that sets it. */
export class LiveValue<T> implements Live<T> {
  #current: T
  readonly #listeners = new Set<(value: T) => void>()

  constructor(initial: T) {
    this.#current = initial
  }

  get current(): T {
    return this.#current
  }

  set(value: T): void {
    this.#current = value
    for (const listener of this.#listeners) listener(value)
  }

  subscribe(onChange: (value: T) => void): () => void {
    this.#listeners.add(onChange)
    return () => this.#listeners.delete(onChange)
  }
}

/** A part of a live value, following it: `mapLive(config, (c) => c.SendConnectors)`. */
export function mapLive<T, U>(source: Live<T>, select: (value: T) => U): Live<U> {
  return {
    get current() {
      return select(source.current)
    },
    subscribe: (onChange) => source.subscribe((value) => onChange(select(value))),
  }
}

/** What is made of a live value, following it; made once for each state of it, not for each reader. */
export function derivedLive<T, U>(source: Live<T>, derive: (value: T) => U): Live<U> {
  let made: { readonly of: T; readonly value: U } | undefined
  return mapLive(source, (current) => {
    if (made === undefined || made.of !== current) made = { of: current, value: derive(current) }
    return made.value
  })
}
