/** How an administrator removes a message. */
export type RemovalKind = 'remove' | 'removeWithNotice'

/** What an administrator wants to become of a copy that is being worked on. */
export type AdminMark = 'suspend' | RemovalKind
