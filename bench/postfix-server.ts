import { Postfix, type PostfixOptions } from '../test/support/postfix.ts'
import { type Ground, addressOf } from './ground.ts'
import type { MailServer, Place } from './mail-server.ts'
import { ProcessTree } from './process-tree.ts'

const port = 2511

/** A Postfix to start: what the scenario adds to the settings below. */
export type PostfixPlan = Partial<
  Pick<PostfixOptions, 'settings' | 'tables' | 'users' | 'certificate'>
>

/**
 * Tuned as an administrator of a busy relay would: nothing is looked up or counted about clients, the
 * process limit is its default, and connections to one next hop are as many as the relay may open.
 * Durability, logging and the connection cache are as they come.
 */
const tuned = {
  default_process_limit: '100',
  default_destination_concurrency_limit: '20',
  smtpd_client_connection_count_limit: '0',
  smtpd_client_connection_rate_limit: '0',
  smtpd_peername_lookup: 'no',
  smtpd_relay_restrictions: '',
  message_size_limit: '36700160',
}

/** A place as Postfix names a next hop that needs no MX look-up. */
export function relayHost({ address, port }: Place): string {
  return `[${address}]:${port}`
}

/** Debian's Postfix with its queue in the run's folder. */
export class PostfixServer implements MailServer {
  readonly label = 'Postfix'
  readonly place: Place
  readonly tree: ProcessTree
  readonly configuration: string
  readonly #postfix: Postfix

  private constructor(postfix: Postfix, pid: number, configuration: string) {
    this.#postfix = postfix
    this.place = { address: postfix.address, port: postfix.port }
    this.tree = new ProcessTree(pid)
    this.configuration = configuration
  }

  static async start(ground: Ground, plan: PostfixPlan): Promise<PostfixServer> {
    const { settings = {}, ...rest } = plan
    const postfix = await Postfix.start({
      address: addressOf(ground, 'postfix'),
      port,
      settings: { ...tuned, ...settings },
      within: ground.folder,
      ...rest,
    })
    const { mainCf, masterCf } = await postfix.configuration()
    const configuration = `# main.cf\n${mainCf}\n# master.cf\n${masterCf}`.trim()
    return new PostfixServer(postfix, await postfix.masterPid(), configuration)
  }

  async lastWords(): Promise<string> {
    return (await this.#postfix.log()).split('\n').slice(-15).join('\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#postfix[Symbol.asyncDispose]()
  }
}
