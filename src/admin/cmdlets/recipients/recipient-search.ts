import { hasWildcards, wildcard } from '../../../base/wildcard.ts'
import type { RecipientType } from '../../../directory/directory.ts'
import { type Cmdlet, type Example, defineCmdlet, parameter } from '../../shell/cmdlet.ts'
import { filter } from '../../shell/filter.ts'
import type { Filter } from '../../shell/filter.ts'
import { identityAmong, list, oneOf, text } from '../../shell/parameter-types.ts'
import type { ShellObject } from '../../values/value.ts'
import type { Configuration } from '../configuration/configuration.ts'
import { notFound } from '../configuration/identities.ts'
import { directoryParameters } from '../configuration/setting-parameters.ts'
import { limitedResults, resultSize } from '../queues/result-size.ts'
import type { ListedRecipient, RecipientListing } from './recipient-listing.ts'
import {
  aliasOf,
  exchangeTypes,
  recipientFilterProperties,
  recipientObject,
  recipientProperties,
} from './recipient-object.ts'
import { refusedParameters } from './refused-parameters.ts'

interface Search {
  readonly Identity?: string | undefined
  readonly Anr?: string | undefined
  readonly Filter?: Filter | undefined
  readonly RecipientType?: readonly string[] | undefined
  readonly RecipientTypeDetails?: readonly string[] | undefined
}

/** How a Get- command shows recipients. */
export interface RecipientShowing {
  /** `MailUser`; `Recipient` shows all kinds. */
  readonly noun: RecipientType | 'Recipient'
  readonly synopsis: string
  readonly refused: string
  readonly examples: readonly Example[]
}

type Details = readonly [string, ...string[]]
const [firstType = '', ...otherTypes] = new Set(Object.values(exchangeTypes).map((t) => t.type))
const [firstDetails = '', ...otherDetails] = Object.values(exchangeTypes).map((t) => t.details)
const typeNames: Details = [firstType, ...otherTypes]
const detailNames: Details = [firstDetails, ...otherDetails]

/** The command that shows recipients, wherever they stand. */
export function recipientGetCmdlet(
  configuration: Configuration,
  listing: RecipientListing,
  { noun, refused, ...told }: RecipientShowing,
): Cmdlet {
  const isOf = ({ recipient: { type } }: ListedRecipient) => noun === 'Recipient' || type === noun
  return defineCmdlet({
    name: `Get-${noun}`,
    ...told,
    outputs: [...recipientProperties],
    parameters: {
      Identity: parameter(identityAmong(`Get-${noun}`, 'Name'), {
        help: 'The name, an address or the alias. Without it all are shown.',
        ...{ position: 0, pipeline: 'both', wildcards: true },
      }),
      Anr: parameter(text, { help: 'What the name, an address or the alias begins with.' }),
      Filter: parameter(filter(recipientFilterProperties), {
        help: 'A condition that the recipients fulfil.',
      }),
      ResultSize: resultSize,
      ...typeParameters(noun),
      ...refusedParameters(refused),
      ...directoryParameters,
    },
    async *run({ given }, context) {
      const search: Search = given
      const found = chosen(listing, isOf, search)
      let count = 0
      for await (const { recipient, source } of limitedResults(found, given.ResultSize, context)) {
        count++
        yield recipientObject(recipient, { kind: noun, source })
      }
      const { Identity } = search
      if (count > 0 || Identity === undefined || hasWildcards(Identity)) return
      throw notFound(Identity, (await configuration.read()).Server, noun)
    },
  })
}

/** Kinds are asked for where there are several. */
function typeParameters(noun: RecipientShowing['noun']) {
  const RecipientTypeDetails = parameter(list(oneOf(detailNames)), {
    help: 'The kinds in detail, such as RemoteUserMailbox.',
  })
  if (noun === 'Recipient')
    return {
      RecipientType: parameter(list(oneOf(typeNames)), { help: 'The kinds, such as MailUser.' }),
      RecipientTypeDetails,
    }
  return noun === 'MailContact' || noun === 'DistributionGroup' ? { RecipientTypeDetails } : {}
}

async function* chosen(
  listing: RecipientListing,
  isOf: (listed: ListedRecipient) => boolean,
  search: Search,
): AsyncGenerator<ListedRecipient, void> {
  const fits = (listed: ListedRecipient) =>
    isOf(listed) && isWanted(listed, search) && hasType(listed, search)
  const { Identity } = search
  // An address is looked up; only names need the whole list.
  if (Identity?.includes('@') === true && !hasWildcards(Identity)) {
    const found = await listing.find(Identity.replace(/^smtp:/i, ''))
    if (found !== undefined && isOf(found) && isWanted(found, { ...search, Identity: undefined }))
      yield found
    return
  }
  for await (const listed of listing.all()) if (fits(listed)) yield listed
}

function isWanted({ recipient, source }: ListedRecipient, search: Search): boolean {
  const { Identity, Anr, Filter } = search
  const names = [recipient.name, aliasOf(recipient)]
  if (Identity !== undefined && !names.some(wildcard(Identity))) return false
  if (Anr !== undefined) {
    const begin = Anr.toLowerCase()
    const words = [...names, ...recipient.name.split(/\s+/), ...recipient.addresses]
    if (!words.some((word) => word.toLowerCase().startsWith(begin))) return false
  }
  const object = (): ShellObject => recipientObject(recipient, { kind: 'Recipient', source })
  return Filter === undefined || Filter.matches(object())
}

function hasType({ recipient: { type } }: ListedRecipient, search: Search): boolean {
  const { RecipientType, RecipientTypeDetails } = search
  const of = exchangeTypes[type]
  return (
    (RecipientType === undefined || RecipientType.includes(of.type)) &&
    (RecipientTypeDetails === undefined || RecipientTypeDetails.includes(of.details))
  )
}
