/** The kind of the looks that a playbook's author wrote. */
export const PLAYBOOK_LOOK = 'playbook.look';
