/** The version in Exchange's form, as it stands in Received lines and at the top of log files. */
export const productVersion = '15.02.0001.000'
/** The name that stands in log headers, where readers of Exchange logs look for it. */
export const logSoftware = 'Microsoft Exchange Server'
