import { dirname, resolve } from 'node:path'
import type { Configuration } from '../../admin/cmdlets/configuration/configuration.ts'
import { systemClock } from '../../base/clock.ts'
import type { Locations } from '../service-ground.ts'

/** The configuration of the server on this machine, loaded when it is first asked for. */
export function lazyConfiguration(place: Locations): Configuration {
  const open = async () =>
    (await import('../local-configuration.ts')).localConfiguration(place, systemClock)
  return {
    folder: dirname(resolve(place.configFile)),
    dataFolder: resolve(place.dataFolder),
    read: async () => await (await open()).read(),
    change: async (edit) => await (await open()).change(edit),
    audit: async (record) => await (await open()).audit(record),
    keepSecret: async (name, secret) => await (await open()).keepSecret(name, secret),
    forgetSecret: async (path) => await (await open()).forgetSecret(path),
  }
}
