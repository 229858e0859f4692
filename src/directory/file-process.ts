import { tellAside } from '../base/aside.ts'
import { loadRecipientFile } from './loaded-file.ts'

/** The process of `loadFileAside`. */
const [, , file] = process.argv
if (file !== undefined && process.send !== undefined) tellAside(await loadRecipientFile(file))
