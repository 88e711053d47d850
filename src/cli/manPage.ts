import { Command, type Help, type Option } from 'commander';
import { VERSION } from '../version.js';
import { EXIT_TEXT } from './exitCodes.js';
import { writeOut } from './output.js';

/** What is read of the environment. */
const ENVIRONMENT = [
  ['SENDPLAN_DEBUG', '1 shows where an error that nobody foresaw happened.'],
  ['SENDPLAN_REDIS', 'The address of the Redis of a fleet, where --redis does not tell it.'],
] as const;

/** A text as roff shows it: no escapes in it, hyphens that can be copied, and no line that is taken for a request. */
function plain(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/gm, '\\&');
}

function section(title: string, text: string): string {
  return text === '' ? '' : `.SH ${title}\n${text}`;
}

/** Lines that stay as they are. */
function verbatim(text: string): string {
  return `.nf\n${plain(text)}\n.fi\n`;
}

function optionText(help: Help, option: Option): string {
  return `.TP\n\\fB${plain(option.flags)}\\fR\n${plain(help.optionDescription(option))}\n`;
}

/** What a command's help tells beside usage and options. */
function addedHelp(command: Command): string {
  let text = '';
  const output = {
    writeOut: (part: string) => {
      text += part;
    },
  };
  command.configureOutput(output).outputHelp();
  return text.slice(command.helpInformation().length).trim();
}

/** A command and those that it has, as sections. @param path the words that lead to it */
function commandText(command: Command, path: string): string {
  const help = command.createHelp();
  const usage = `.SS ${path}\n.B ${plain(`${path} ${command.usage()}`)}\n.PP\n${plain(command.description())}\n`;
  const words = help
    .visibleArguments(command)
    .map((word) => `.TP\n\\fI${plain(word.name())}\\fR\n${plain(help.argumentDescription(word))}\n`);
  const options = help
    .visibleOptions(command)
    .filter(({ long }) => long !== '--help')
    .map((option) => optionText(help, option));
  const added = addedHelp(command);
  const inner = help.visibleCommands(command).filter((one) => one.name() !== 'help');
  return [
    usage,
    ...words,
    ...options,
    added === '' ? '' : `.PP\n${verbatim(added)}`,
    ...inner.map((one) => commandText(one, `${path} ${one.name()}`)),
  ].join('');
}

/** The manual page of a program, in roff: every command with its arguments, options and examples, as their help has them. */
export function manPage(program: Command): string {
  const name = program.name();
  const commands = program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== 'help');
  return [
    `.TH ${name.toUpperCase()} 1 "" "${name} ${VERSION}" "User Commands"\n`,
    section('NAME', `${name} \\- plan which email goes out to whom on which day\n`),
    section('SYNOPSIS', `.B ${name}\n${plain('COMMAND [options]')}\n`),
    section('DESCRIPTION', `${plain(program.description())}\n`),
    section('COMMANDS', commands.map((command) => commandText(command, `${name} ${command.name()}`)).join('')),
    section('EXIT STATUS', `${plain(EXIT_TEXT)}\n`),
    section('ENVIRONMENT', ENVIRONMENT.map(([word, text]) => `.TP\n.B ${word}\n${plain(text)}\n`).join('')),
  ].join('');
}

/** The hidden command `man`: prints the manual page, for whoever builds the package, or reads with `sendplan man | man -l -`. */
export function manCommand(): Command {
  return new Command('man').action((_flags, command: Command) => {
    if (command.parent !== null) writeOut(manPage(command.parent));
  });
}
