/**
 * A result that is ready now or later. Hot paths answer at once and skip a promise per line; callers
 * that do not care `await` it either way.
 */
export type Awaitable<T> = T | Promise<T>
