import type { TrackingRecord } from '../../src/logs/tracking-log.ts'

/** A record of the message tracking log, with what a test is about set. */
export function trackingEvent(given: Partial<TrackingRecord> = {}): TrackingRecord {
  return {
    timestamp: Date.UTC(2026, 10, 21, 6, 0, 1),
    clientIp: '192.0.2.25',
    clientHostname: 'client.test',
    serverIp: '192.0.2.1',
    serverHostname: 'EDGE01',
    sourceContext: '',
    connectorId: 'EDGE01\\Default',
    source: 'SMTP',
    eventId: 'RECEIVE',
    internalMessageId: '7',
    messageId: '<a1@x.test>',
    networkMessageId: '',
    recipients: ['ann@contoso.test'],
    recipientStatuses: [],
    totalBytes: 2310,
    recipientCount: 1,
    relatedRecipientAddress: '',
    reference: '',
    messageSubject: 'Hello',
    sender: 'bob@x.test',
    returnPath: 'bob@x.test',
    messageInfo: '',
    directionality: 'Incoming',
    tenantId: '',
    originalClientIp: '',
    originalServerIp: '',
    customData: '',
    transportTrafficType: 'Email',
    logId: '',
    schemaVersion: '15.02.0001.000',
    ...given,
  }
}
