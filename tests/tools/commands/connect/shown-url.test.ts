import { shownUrl } from '../../../../tools/commands/connect/shown-url';

test.each([
  ['https://crm.example.com/post#rc=2', 'https://crm.example.com/post#rc=2'],
  ['https://crm.example.com/post?key=s3cret#rc=2', 'https://crm.example.com/post?•••#rc=2'],
  ['https://hook:s3cret@crm.example.com/post?key=s3cret#rc=2', 'https://•••@crm.example.com/post?•••#rc=2'],
  ['https:/hook:s3cret@crm.example.com/post', 'https://•••@crm.example.com/post'],
  ['https:\\\\hook:s3cret@crm.example.com/post', 'https://•••@crm.example.com/post'],
  ['https://hook:s3/cret@crm.example.com/post', '•••@crm.example.com/post'],
  ['https://hook:s3cret@crm.example.com:99999/post?key=s3cret', '•••@crm.example.com:99999/post?•••'],
  ['crm.example.com/post?key=s3cret', 'crm.example.com/post?•••'],
])('%s is shown as %s', (url, shown) => {
  expect(shownUrl(url)).toBe(shown);
});
