/** What Twilio accepts at most. */
export {
  CONVERSATION_ATTRIBUTES_MAX_BYTES,
  FRIENDLY_NAME_MAX_LENGTH,
  PARTICIPANT_ATTRIBUTES_MAX_BYTES,
} from '../../assets/frontline.private';

/** Of a Sync Document's unique name, in characters: https://www.twilio.com/docs/sync/limits */
export const SYNC_UNIQUE_NAME_MAX_LENGTH = 320;
/** Of a Sync Document's data, in bytes of JSON: https://www.twilio.com/docs/sync/limits */
export const SYNC_DATA_MAX_BYTES = 16 * 1024;
