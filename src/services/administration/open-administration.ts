import type { Administration } from '../../admin/cmdlets/all.ts'

/** Where the server's files are. */
export interface AdministrationPlace {
  readonly configFile: string
  readonly dataFolder: string
}

/** What the cmdlets work on: this server's configuration, services and logs. Opens nothing by itself. */
export function openAdministration({ configFile }: AdministrationPlace): Administration {
  return {
    routes: {
      async explain(address, size) {
        const { fileRoutes } = await import('./routes.ts')
        return await fileRoutes(configFile).explain(address, size)
      },
    },
  }
}
