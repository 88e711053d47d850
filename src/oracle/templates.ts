import type { Config } from '../rules/config.js';

/** The templates of an email that no campaign names: the email's type, unless the configuration names some (Rules 12). */
export function templatesOf(
  config: Config,
  kind: keyof Config['templates'],
  emailType: string,
): { emailTemplate: string; smsTemplate: string | null } {
  const { email, sms } = config.templates[kind];
  return { emailTemplate: email ?? emailType, smsTemplate: sms };
}
