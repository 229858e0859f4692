import type { LabCredential } from './lab-mail-server.ts'

/** Accounts on the relay; the passwords are for labs only. */
export const labUsers = [
  { userName: 'alice', password: 'lab-alice', address: 'alice@contoso.test' },
  { userName: 'printer', password: 'lab-printer', address: 'printer@contoso.test' },
] as const

/** The relay's account on the partner's smart host. */
export const partnerCredential: LabCredential = { userName: 'contoso', password: 'lab-partner' }
