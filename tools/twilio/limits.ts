/**
 * What Twilio accepts at most.
 * https://www.twilio.com/docs/conversations/conversations-limits and https://www.twilio.com/docs/sync/limits
 */

/** Of a conversation's `friendly_name`, in characters. */
export const FRIENDLY_NAME_MAX_LENGTH = 256;
/** Of a conversation's `attributes`, in bytes of JSON. */
export const CONVERSATION_ATTRIBUTES_MAX_BYTES = 16 * 1024;
/** Of a participant's `attributes`, in bytes of JSON. */
export const PARTICIPANT_ATTRIBUTES_MAX_BYTES = 4 * 1024;
/** Of a Sync Document's unique name, in characters. */
export const SYNC_UNIQUE_NAME_MAX_LENGTH = 320;
/** Of a Sync Document's data, in bytes of JSON. */
export const SYNC_DATA_MAX_BYTES = 16 * 1024;
