"""The command line as a program: which commands there are, and how each is found, explained and called.

`root` is `fazhi` itself. `table` names every command and its module. `lazy` makes the groups, which import a command's module only when the command
is called; `command` is the class of every command, `values` converts what was typed, `help` writes the help,
`completion` answers shells. `console` prints in colours.
"""
