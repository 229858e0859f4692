/** Keeps the process running while every timer and socket of it is unreferenced; dispose to end that. */
export function keepAlive(): Disposable {
  const timer = setInterval(() => undefined, 2 ** 31 - 1)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
