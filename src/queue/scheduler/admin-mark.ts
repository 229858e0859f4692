import type { Copy } from '../stored-message.ts'

/** How an administrator removes a message. */
export type RemovalKind = 'remove' | 'removeWithNotice'

/** What an administrator wants to become of a copy that is being worked on. */
export type AdminMark = 'suspend' | RemovalKind

/** What administrators want to become of copies that are being worked on, by the ids of the copies. */
export class AdminMarks extends Map<number, AdminMark> {
  #onLateRemoval: ((copy: Copy, kind: RemovalKind) => void) | undefined

  /** Who removes a copy whose mark was set while its result was being written. */
  whenLate(remove: (copy: Copy, kind: RemovalKind) => void): void {
    this.#onLateRemoval = remove
  }

  /** The result of an attempt is written, and the copy is still there though it was to be removed. */
  removeLate(copy: Copy, kind: RemovalKind): void {
    this.#onLateRemoval?.(copy, kind)
  }
}
