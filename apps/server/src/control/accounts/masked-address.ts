/** `m…@example.org`: enough for whoever has the address to know it, too little to write to it. */
export function maskedAddress(email: string): string {
  const [first = ''] = email;
  return `${first}…${email.slice(email.lastIndexOf('@'))}`;
}
