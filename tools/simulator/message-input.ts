import { z } from 'zod';
import { readTypedAddress } from '../typed-address';

/** Twilio takes that many characters: https://www.twilio.com/docs/conversations/conversations-limits */
export const TEXT_MAX_LENGTH = 1600;
/** Beside the author, in group MMS. */
export const OTHERS_MAX = 8;

const Address = z.string().transform((typed, context) => {
  const { address, hint } = readTypedAddress(typed);
  if (address === undefined) context.addIssue(hint);
  return address ?? '';
});

/** A message, as somebody typed or saved it. */
export const MessageInput = z.object({
  from: Address,
  text: z.string().max(TEXT_MAX_LENGTH),
  others: z.array(Address).max(OTHERS_MAX).optional(),
  isNew: z.boolean().optional(),
});
