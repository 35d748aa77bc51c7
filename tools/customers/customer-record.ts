import { z } from 'zod';
import { FRIENDLY_NAME_MAX_LENGTH } from '../twilio/limits';

const NO_ID = 'is missing: give the ID of the customer in your CRM, as text';
const text = (remedy: string) => z.string(remedy).trim().min(1, remedy);

/** A customer as Frontline's CRM callback describes them: https://www.twilio.com/docs/frontline/my-customers */
export const CustomerRecord = z.object(
  {
    customer_id: z.union([text(NO_ID), z.number()], NO_ID),
    display_name: z.string('is not text: put the name in quotation marks').nullish(),
    avatar: z.string('is not text: put the URL in quotation marks').nullish(),
    channels: z
      .array(
        z.object(
          {
            type: text('is missing: say which channel, such as "sms", "whatsapp", "messenger" or "email"'),
            value: text('is missing: say which address the customer writes from, in quotation marks'),
          },
          'is not an object: write {"type": "sms", "value": "+14155550147"}',
        ),
        'is missing: list what the customer writes from, [{"type": "sms", "value": "+14155550147"}]',
      )
      .min(1, 'is empty: list what the customer writes from, [{"type": "sms", "value": "+14155550147"}]'),
  },
  'is not an object: write {"customer_id": "…", "display_name": "…", "channels": […]}',
);

export type CustomerRecord = z.infer<typeof CustomerRecord>;

/** What of a customer Frontline will not show as it is written. */
export function warningsFor({ display_name, avatar }: CustomerRecord): string[] {
  const warnings: string[] = [];
  if (!display_name?.trim()) warnings.push(' has no display_name: workers will see the address');
  if (display_name && display_name.length > FRIENDLY_NAME_MAX_LENGTH) {
    warnings.push(
      `, display_name is over ${FRIENDLY_NAME_MAX_LENGTH} characters: workers will see its beginning`,
    );
  }
  if (avatar && !isWebAddress(avatar)) {
    warnings.push(
      ', avatar is not a web address, so it is left out: give https://…, or the path of a file under assets/, such as /avatars/ada.png',
    );
  }
  return warnings;
}

/** Whether an avatar is an http(s) URL, or the path of a public Asset. */
export function isWebAddress(avatar: string | null | undefined): avatar is string {
  if (!avatar) return false;
  return avatar.startsWith('/') || (URL.canParse(avatar) && /^https?:$/.test(new URL(avatar).protocol));
}
