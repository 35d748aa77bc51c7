/** What Twilio accepts at most. */
export {
  CONVERSATION_ATTRIBUTES_MAX_BYTES,
  FRIENDLY_NAME_MAX_LENGTH,
  PARTICIPANT_ATTRIBUTES_MAX_BYTES,
} from '../../assets/frontline.private';

/** Of a Sync Document's unique name, in characters: https://www.twilio.com/docs/api/errors/54302 */
export const SYNC_UNIQUE_NAME_MAX_LENGTH = 256;
/** Of a Sync Document's data, in bytes of JSON: https://www.twilio.com/docs/sync/limits */
export const SYNC_DATA_MAX_BYTES = 16 * 1024;
/** How many Sync objects an account may create in a second: https://www.twilio.com/docs/api/errors/54009 */
export const SYNC_CREATIONS_PER_SECOND = 20;
