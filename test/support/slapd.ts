import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { testCertificate } from './test-certificate.ts'
import { until } from './until.ts'

/** What Active Directory has and OpenLDAP lacks. */
const exchangeSchema = `
attributetype ( 1.2.840.113556.1.2.210 NAME 'proxyAddresses' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.2.840.113556.1.4.1.1 NAME 'targetAddress' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.1.2 NAME 'msExchEnableModeration' EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.1.3 NAME 'userPrincipalName' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.4.1.4 NAME 'mailRecipient' SUP top AUXILIARY MAY ( mail $ proxyAddresses $ targetAddress $ msExchEnableModeration $ userPrincipalName ) )
`

export const slapdPorts = { plain: 13_890, tls: 13_891 } as const
export const baseDn = 'dc=contoso,dc=test'
/** The relay's own account. */
export const relayAccount = { dn: `cn=relay,${baseDn}`, password: 'the relay knows' } as const

/** An OpenLDAP server of our own on localhost, which asks for TLS before a log-in. */
export class Slapd implements AsyncDisposable {
  readonly #folder: string
  #child: ChildProcess | undefined

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** Starts one in the folder that holds the entries of this LDIF. */
  static async start(folder: string, ldif: string): Promise<Slapd> {
    const slapd = new Slapd(folder)
    await slapd.#prepare(ldif)
    await slapd.start()
    return slapd
  }

  /** The file with the certificate that its own is to be checked with. */
  get caFile(): string {
    return join(this.#folder, 'ca.pem')
  }

  async start(): Promise<void> {
    const urls = `ldap://127.0.0.1:${slapdPorts.plain} ldaps://127.0.0.1:${slapdPorts.tls}`
    this.#child = spawn('slapd', ['-d', '0', '-h', urls, '-f', this.#config], { stdio: 'ignore' })
    await until(() => takesConnections(slapdPorts.tls))
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child?.exitCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  /** Holds it: connections are taken by the system, and nothing is answered. */
  hold(): void {
    this.#child?.kill('SIGSTOP')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  get #config(): string {
    return join(this.#folder, 'slapd.conf')
  }

  async #prepare(ldif: string): Promise<void> {
    const { cert, key } = await testCertificate(['localhost'])
    mkdirSync(join(this.#folder, 'db'))
    writeFileSync(join(this.#folder, 'exchange.schema'), exchangeSchema)
    writeFileSync(this.caFile, cert)
    writeFileSync(join(this.#folder, 'key.pem'), key)
    writeFileSync(this.#config, configuration(this.#folder, this.caFile))
    const entries = join(this.#folder, 'entries.ldif')
    writeFileSync(entries, `${base}\n${ldif}`)
    execFileSync('slapadd', ['-f', this.#config, '-l', entries], { stdio: 'pipe' })
  }
}

const base = `dn: ${baseDn}
objectClass: dcObject
objectClass: organization
dc: contoso
o: Contoso

dn: ${relayAccount.dn}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: relay
userPassword: ${relayAccount.password}
`

const configuration = (folder: string, caFile: string) => `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include ${join(folder, 'exchange.schema')}
pidfile ${join(folder, 'slapd.pid')}
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile ${caFile}
TLSCertificateKeyFile ${join(folder, 'key.pem')}
security simple_bind=128
database mdb
suffix ${baseDn}
directory ${join(folder, 'db')}
access to attrs=userPassword by anonymous auth
access to * by dn.exact="${relayAccount.dn}" read by * none
`

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
