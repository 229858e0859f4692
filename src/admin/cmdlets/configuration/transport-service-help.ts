const receiveLog = 'of the protocol log of receiving'
const sendLog = 'of the protocol log of sending'

/** What each setting of the two services does, for Get-Help. */
export const transportServiceHelp: Readonly<Record<string, string>> = {
  AgentLogEnabled: 'Whether what transport agents do is written to the agent log.',
  AgentLogMaxAge:
    'The age at which files of the agent log are deleted, such as 7.00:00:00; 0 for never.',
  AgentLogMaxDirectorySize:
    'The size of the folder of the agent log above which old files are deleted.',
  AgentLogMaxFileSize: 'The size at which the next file of the agent log is begun.',
  AgentLogPath: 'The folder of the agent log; $null switches it off.',
  ConnectivityLogEnabled:
    'Whether connections to other servers are written to the connectivity log: where to, how that went, how much went over.',
  ConnectivityLogMaxAge:
    'The age at which files of the connectivity log are deleted, such as 30.00:00:00; 0 for never.',
  ConnectivityLogMaxDirectorySize:
    'The size of the folder of the connectivity log above which old files are deleted.',
  ConnectivityLogMaxFileSize: 'The size at which the next file of the connectivity log is begun.',
  ConnectivityLogPath: 'The folder of the connectivity log; $null switches it off.',
  ReceiveProtocolLogPath: `The folder ${receiveLog}; $null switches the log off.`,
  ReceiveProtocolLogMaxAge: `The age ${receiveLog} at which files are deleted, such as 30.00:00:00; 0 for never.`,
  ReceiveProtocolLogMaxDirectorySize: `The size of the folder ${receiveLog} above which old files are deleted.`,
  ReceiveProtocolLogMaxFileSize: `The size at which the next file ${receiveLog} is begun.`,
  SendProtocolLogPath: `The folder ${sendLog}; $null switches the log off.`,
  SendProtocolLogMaxAge: `The age ${sendLog} at which files are deleted, such as 30.00:00:00; 0 for never.`,
  SendProtocolLogMaxDirectorySize: `The size of the folder ${sendLog} above which old files are deleted.`,
  SendProtocolLogMaxFileSize: `The size at which the next file ${sendLog} is begun.`,
  RootDropDirectoryPath:
    'The folder in which the Drop folders of Foreign connectors stand. $null: drop in the data folder.',
  MessageTrackingLogEnabled: 'Whether the ways of messages are written to the tracking log.',
  MessageTrackingLogPath: 'The folder of the tracking log; $null switches it off.',
  MessageTrackingLogMaxAge:
    'The age at which files of the tracking log are deleted, such as 30.00:00:00; 0 for never.',
  MessageTrackingLogMaxDirectorySize:
    'The size of the folder of the tracking log above which old files are deleted.',
  MessageTrackingLogMaxFileSize: 'The size at which the next file of the tracking log is begun.',
  MessageTrackingLogSubjectLoggingEnabled: 'Whether subjects are written to the tracking log.',
  InternalDNSServers:
    'The DNS servers for connectors without UseExternalDNSServersEnabled, each as 192.0.2.53 or 192.0.2.53:53. None: those of the machine.',
  ExternalDNSServers:
    'The DNS servers for connectors with UseExternalDNSServersEnabled. None: those of the machine.',
  QueueGlitchRetryCount: 'How often a next hop that fails is tried again at once.',
  QueueGlitchRetryInterval: 'The time between those tries, such as 00:01:00.',
  TransientFailureRetryCount: 'How often it is tried again after that.',
  TransientFailureRetryInterval: 'The time between those tries, such as 00:05:00.',
  OutboundConnectionFailureRetryInterval: 'The time between all later tries, such as 00:10:00.',
  MessageRetryInterval:
    'When a single message that was refused for now is tried again, such as 00:15:00.',
  PriorityQueuingEnabled:
    'Whether urgent messages (X-Priority, Importance) of senders who proved who they are pass others in a queue.',
  MaxHighPriorityMessageSize: 'A larger message of high priority goes as one of normal priority.',
  MaxPerDomainHighPriorityConnections:
    'How many messages of high priority leave a queue in a row before others have their turn.',
  MaxPerDomainNormalPriorityConnections:
    'How many of normal priority follow those, before messages of low priority have their turn.',
  MaxPerDomainLowPriorityConnections: 'How many of low priority follow those.',
  HighPriorityDelayNotificationTimeout:
    'DelayNotificationTimeout for mail of high priority, with PriorityQueuingEnabled.',
  NormalPriorityDelayNotificationTimeout:
    'DelayNotificationTimeout for mail of normal priority, with PriorityQueuingEnabled.',
  LowPriorityDelayNotificationTimeout:
    'DelayNotificationTimeout for mail of low priority, with PriorityQueuingEnabled.',
  HighPriorityMessageExpirationTimeout:
    'MessageExpirationTimeout for mail of high priority, with PriorityQueuingEnabled.',
  NormalPriorityMessageExpirationTimeout:
    'MessageExpirationTimeout for mail of normal priority, with PriorityQueuingEnabled.',
  LowPriorityMessageExpirationTimeout:
    'MessageExpirationTimeout for mail of low priority, with PriorityQueuingEnabled.',
  ResolverRetryInterval:
    'When a message whose recipients cannot be looked up for now is tried again, such as 00:30:00.',
  MessageExpirationTimeout:
    'How long a message is tried before it goes back to its sender, such as 2.00:00:00.',
  DelayNotificationTimeout: 'After how long the sender is told of a delay, such as 04:00:00.',
  MaxIdleTimeBeforeResubmit:
    'After how long in Retry what waits in a queue is categorized anew, such as 12:00:00.',
  PoisonMessageDetectionEnabled:
    'Whether a message with which the service died time and again goes into the Poison queue.',
  PoisonThreshold: 'How often the service must have died with it alone in hand.',
  QueueMaxIdleTime: 'How long an empty queue stays, such as 00:03:00.',
  MaxOutboundConnections: 'The most connections to other servers at a time.',
  MaxPerDomainOutboundConnections: 'The most connections for one domain at a time.',
  MaxConnectionRatePerMinute: 'The most connections taken in one minute.',
  IntraOrgConnectorProtocolLoggingLevel:
    'Whether the conversations with the Transport service are in the protocol log: None or Verbose.',
  PickupDirectoryPath:
    'The folder that messages are taken from; $null switches it off. Relative to the data folder.',
  PickupDirectoryMaxHeaderSize:
    'The largest header of a file in the Pickup folder, such as 64KB; a file with a larger one becomes .bad.',
  PickupDirectoryMaxRecipientsPerMessage:
    'The most recipients of a file in the Pickup folder; a file with more becomes .bad.',
  PickupDirectoryMaxMessagesPerMinute:
    'How many files a minute are taken from the Pickup folder, and as many from the Replay folder.',
  ReplayDirectoryPath:
    'The folder that messages with their envelope are taken from, such as Export-Message writes them; $null switches it off.',
  Workers:
    'Of this relay: how many processes the service runs as. Takes effect when the server is restarted.',
}
