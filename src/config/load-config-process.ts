import { tellAside } from '../base/aside.ts'
import { loadConfig } from './load-config.ts'

/** The process of `loadConfigAside`: a configuration is plain data, so it can be handed over. */
tellAside(await loadConfig(process.argv[2] ?? '', { tryModules: true }))
