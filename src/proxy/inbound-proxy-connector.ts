/** Exchange's name for the way from the front end to the Transport service, in the SmtpSend log. */
export const inboundProxyConnector = 'Inbound Proxy Internal Send Connector'
