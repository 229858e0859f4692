import { loadConfig } from './load-config.ts'

/** The process of `loadConfigAside`: a configuration is plain data, so it can be handed over. */
process.send?.(await loadConfig(process.argv[2] ?? ''), () => process.disconnect?.())
