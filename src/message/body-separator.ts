const carriageReturn = 0x0d

/** The first piece of a stored body without the empty line that ends the header; its line end may be a bare LF. */
export function withoutSeparator(piece: Buffer | undefined): Buffer | undefined {
  return piece?.subarray(piece[0] === carriageReturn ? 2 : 1)
}
