import { isIP } from 'node:net'
import type { Problem } from '../../base/problem.ts'
import type { SendConnector } from './send-connector.ts'

/**
 * Everything that makes these connectors unfit to run together or alone. Paths start at
 * `SendConnectors`; a conflict stands at the later connector and names the earlier one.
 */
export function checkSendConnectors(connectors: readonly SendConnector[]): Problem[] {
  return connectors.flatMap((connector, index) => {
    const findings = [
      ...nameProblems(connector, connectors.slice(0, index)),
      ...routingProblems(connector),
      ...smartHostAuthProblems(connector),
      ...tlsProblems(connector),
      ...otherProblems(connector),
    ]
    return findings.map(({ key, message }) => ({ path: ['SendConnectors', index, key], message }))
  })
}

interface Finding {
  readonly key: keyof SendConnector
  readonly message: string
}

function nameProblems({ Name }: SendConnector, earlier: readonly SendConnector[]): Finding[] {
  if (Name === '' || Name.length > 64)
    return [{ key: 'Name', message: 'A name must have 1 to 64 characters.' }]
  const same = earlier.find((other) => other.Name.toLowerCase() === Name.toLowerCase())
  if (same === undefined) return []
  return [{ key: 'Name', message: `Another Send connector has the name "${same.Name}".` }]
}

function routingProblems(connector: SendConnector): Finding[] {
  const { DNSRoutingEnabled: byDns, SmartHosts, AddressSpaces } = connector
  const findings: Finding[] = SmartHosts.filter((host) => !isSmartHost(host)).map((host) => ({
    key: 'SmartHosts',
    message: smartHostAdvice(host),
  }))
  if (AddressSpaces.length === 0)
    findings.push({ key: 'AddressSpaces', message: 'Give at least one address space; * is all.' })
  if (!byDns && SmartHosts.length === 0)
    findings.push({
      key: 'SmartHosts',
      message: 'Smart hosts are needed when DNSRoutingEnabled is false.',
    })
  if (byDns && SmartHosts.length > 0)
    findings.push({
      key: 'DNSRoutingEnabled',
      message: 'DNSRoutingEnabled must be false when SmartHosts is given.',
    })
  return findings
}

function smartHostAdvice(host: string): string {
  if (host.trim() === '--')
    return 'The smart host -- means the servers of a subscribed Active Directory site; there is no subscription here, so name the servers.'
  const withoutDot = host.replace(/\.$/, '')
  return isSmartHost(withoutDot)
    ? `A smart host is written without the dot at its end: "${withoutDot}".`
    : `A smart host is a host name or an address without port, not "${withoutLogon(host)}"; the port is set by Port.`
}

/** A name and a password before an at sign, as in a URL, are not repeated. */
function withoutLogon(host: string): string {
  return host.replace(/^(.*\/\/)?.*@/, '$1…@')
}

function smartHostAuthProblems(connector: SendConnector): Finding[] {
  const { SmartHostAuthMechanism: mechanism, AuthenticationCredential: credential } = connector
  const findings: Finding[] = []
  const refuse = (key: Finding['key'], message: string) => findings.push({ key, message })
  if (mechanism !== 'None' && connector.DNSRoutingEnabled)
    refuse(
      'SmartHostAuthMechanism',
      `${mechanism} needs smart hosts: set DNSRoutingEnabled to false.`,
    )
  if (credential?.Password !== undefined && credential.PasswordFile !== undefined)
    refuse('AuthenticationCredential', 'Give Password or PasswordFile, not both.')
  if (mechanism !== 'BasicAuth' && mechanism !== 'BasicAuthRequireTLS') return findings
  if (credential === undefined)
    refuse('AuthenticationCredential', `${mechanism} needs an AuthenticationCredential.`)
  else if (credential.Password === undefined && credential.PasswordFile === undefined)
    refuse('AuthenticationCredential', 'The credential needs a Password or a PasswordFile.')
  if (connector.ForceHELO) refuse('ForceHELO', `${mechanism} needs EHLO: set ForceHELO to false.`)
  if (mechanism === 'BasicAuthRequireTLS' && connector.IgnoreSTARTTLS)
    refuse('IgnoreSTARTTLS', 'BasicAuthRequireTLS needs STARTTLS: set IgnoreSTARTTLS to false.')
  return findings
}

function tlsProblems(connector: SendConnector): Finding[] {
  const { RequireTLS, TlsAuthLevel: level } = connector
  const findings: Finding[] = []
  const refuse = (key: Finding['key'], message: string) => findings.push({ key, message })
  if (RequireTLS && connector.IgnoreSTARTTLS)
    refuse('IgnoreSTARTTLS', 'IgnoreSTARTTLS must be false when RequireTLS is true.')
  if (RequireTLS && connector.ForceHELO)
    refuse('ForceHELO', 'STARTTLS needs EHLO: ForceHELO must be false when RequireTLS is true.')
  if (level !== undefined && !RequireTLS)
    refuse('TlsAuthLevel', `TlsAuthLevel ${level} needs RequireTLS true.`)
  if (level === 'DomainValidation' && !connector.DNSRoutingEnabled && connector.TlsDomain === '')
    refuse('TlsDomain', 'DomainValidation towards smart hosts needs TlsDomain.')
  if (connector.TlsDomain !== '' && !isHostName(connector.TlsDomain.replace(/^\*\./, '')))
    refuse(
      'TlsDomain',
      `TlsDomain is a domain such as mail.contoso.com or *.contoso.com, not "${connector.TlsDomain}".`,
    )
  return findings
}

function otherProblems({ SourceIPAddress, ErrorPolicies }: SendConnector): Finding[] {
  const findings: Finding[] = []
  if (isIP(SourceIPAddress) === 0)
    findings.push({
      key: 'SourceIPAddress',
      message: `SourceIPAddress is an address of this server, or 0.0.0.0 for any, not "${SourceIPAddress}".`,
    })
  for (const policy of ErrorPolicies)
    if (policy === 'DowngradeCustomFailures' || policy === 'UpgradeCustomFailures')
      findings.push({ key: 'ErrorPolicies', message: `The relay does not have ${policy} yet.` })
  return findings
}

function isSmartHost(text: string): boolean {
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  return isIP(bare) !== 0 || isHostName(text)
}

function isHostName(text: string): boolean {
  return (
    text.length <= 255 &&
    /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/i.test(text)
  )
}
