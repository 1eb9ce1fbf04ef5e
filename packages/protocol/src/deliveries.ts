/** Why a post to a webhook's receiver was not answered: a closed list, each with a sentence. */
export const DELIVERY_FAULTS = {
  'unknown-host': 'The host name is unknown.',
  'unresolved-host': 'The host name could not be resolved.',
  'no-address': 'The host has no address.',
  'private-name': 'The host is a private or reserved name.',
  'private-address': 'The host leads to a private or reserved address.',
  'malformed-address': 'This is no address.',
  'other-scheme': 'Only http and https addresses can be fetched.',
  'address-with-password': 'Addresses with a user name or password are not fetched.',
  'too-many-redirects': 'There are too many redirects.',
  'connection-refused': 'The receiver refused the connection.',
  'connection-broken': 'The receiver broke the connection off.',
  'untrusted-certificate': 'The receiver’s certificate is not trusted.',
  late: 'There was no answer in time.',
  silent: 'There was no answer.',
  'given-up': 'Given up unsent: too many newer deliveries of this project wait.',
} as const;

export type DeliveryFault = keyof typeof DELIVERY_FAULTS;
