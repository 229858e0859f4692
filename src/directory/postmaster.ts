/** Whether it is the address that every domain has, whatever the directory says (RFC 5321 4.5.1). */
export function isPostmaster(address: string): boolean {
  return /^postmaster(?:@|$)/i.test(address)
}
