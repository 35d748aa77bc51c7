/** Where customers come from, as the Functions read it: the name of a file in `assets/crm/`. */
export function crmSourceOf({ CRM_SOURCE }: NodeJS.Dict<string>): string {
  return CRM_SOURCE?.trim() || 'file';
}
