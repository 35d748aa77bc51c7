/** What people and programs write where there is no value. It is loaded when it is used: its first look takes 5 ms. */

/** What spreadsheets and programs write where there is no value: their errors in any language, and their words for nothing. */
const NO_VALUE =
  /^(#\D*(\/0!)?|err:\d+|[([<]?(null|blank|empty|nil)[)\]>]?|\\N|undefined|nan|none|unknown|n\/a|\p{Pd}+)$/iu;
/** What is in a cell, and is nobody's ID: people may be called Na, and phone numbers may be unknown. */
const NO_ID =
  /^(na|nat|\?+|true|false|tbd|tba|todo|loading(…|\.*)|[0\p{Pd}.]+|-1(\.0+)?|\[object object\])$/iu;

/** Whether a text stands for an empty value, or is the error of a formula. */
export function isNoValue(text: string): boolean {
  return NO_VALUE.test(text);
}

/** Whether a text is nobody's ID, but what people and programs write where there is none: several customers may have it. */
export function isNoId(text: string): boolean {
  return isNoValue(text) || NO_ID.test(text);
}
