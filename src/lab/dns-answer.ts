import { Packet, type Question, type Resource } from 'dns2'
import type { DnsName, DnsZones } from './dns-zone.ts'

/** Short, so that a changed zone shows soon. */
const timeToLiveSeconds = 5
const longestAliasChain = 8

/** The answer to a query, faults aside: records, an empty answer, or NXDOMAIN. */
export function answerFrom(zones: DnsZones, request: Packet): Packet {
  const response = Packet.createResponseFromRequest(request)
  response.header.aa = 1
  const [question] = request.questions
  if (question === undefined) {
    response.header.rcode = Packet.RCODE.FORMERR
    return response
  }
  let name = question.name
  for (let hop = 0; hop < longestAliasChain; hop++) {
    const entry = nameIn(zones, name)
    if (entry === undefined) {
      response.header.rcode = Packet.RCODE.NXDOMAIN
      return response
    }
    const owner = new Packet.Question(name, question.type, question.class)
    if (entry.cname === undefined) {
      response.answers.push(...records(entry, owner))
      return response
    }
    response.answers.push(record(owner, { type: Packet.TYPE.CNAME, domain: entry.cname }))
    name = entry.cname
  }
  return response
}

/** The answer of a server that is out of order. */
export function servfail(request: Packet): Packet {
  const response = Packet.createResponseFromRequest(request)
  response.header.rcode = Packet.RCODE.SERVFAIL
  return response
}

/** What the zones hold for a name, whatever its case. */
export function nameIn(zones: DnsZones, name: string): DnsName | undefined {
  const key = name.toLowerCase().replace(/\.$/, '')
  return Object.hasOwn(zones, key) ? zones[key] : undefined
}

function records({ mx = [], a = [], aaaa = [], txt = [] }: DnsName, question: Question) {
  const { TYPE } = Packet
  const all = [
    ...mx.map(({ preference, exchange }) => ({ type: TYPE.MX, priority: preference, exchange })),
    ...a.map((address) => ({ type: TYPE.A, address })),
    ...aaaa.map((address) => ({ type: TYPE.AAAA, address })),
    ...txt.map((data) => ({ type: TYPE.TXT, data })),
  ]
  return all
    .filter(({ type }) => question.type === TYPE.ANY || question.type === type)
    .map((each) => record(question, each))
}

function record(question: Question, data: Partial<Resource>): Resource {
  return Packet.createResourceFromQuestion(question, { ttl: timeToLiveSeconds, ...data })
}
