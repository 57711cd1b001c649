/** Values that survive JSON unchanged: what messages, records and commands are made of. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
