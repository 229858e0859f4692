import { tellAside } from '../base/aside.ts'
import { type SelfSignedOptions, makeSelfSigned } from './self-signed.ts'

/** The process of `makeSelfSignedAside`. */
const options = process.argv[2]
if (options !== undefined) tellAside(await makeSelfSigned(JSON.parse(options) as SelfSignedOptions))
