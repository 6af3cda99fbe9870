# Fish completion for bulletin and bulletin-broker. Verbs, options and arguments are read from --help, namespaces and
# attributes from the broker, so that a new option or verb needs no change here. Names of the board are data: fish quotes
# what it inserts, and nothing else looks into them. Left out are names that fish would change (a tab ends a candidate, a
# tilde at the begin is a home, invisible characters are dropped), and those that begin with a dash, unless -- is there.

# Adds to `options` and to `kinds` what each one's value is called. Sets `verbs`, and `places`: what the words of the verb
# are called.
function __bulletin_read_help --no-scope-shadowing # PROGRAM [VERB]
    set verbs
    set places
    set -l heading
    for line in ($argv --help 2>/dev/null)
        if set -l found (string match -r '^Usage:.*\[OPTIONS\] *(.*)' -- $line)
            set places (string split -n ' ' -- (string replace -ra '[][]' '' -- $found[2]))
        else if set -l found (string match -r '^([A-Z][a-z]+):$' -- $line)
            set heading $found[2]
        else if set -l found (string match -r '^  (?:-[a-zA-Z],)?(--[a-z][a-z0-9-]*)((?: [A-Z:]+(?= |$))?)(?: +|$)(.*)' -- $line)
            set -a options $found[2]
            set -a kinds (string trim -- "$found[3]")
            set -a explained $found[2]\t"$found[4]"
        else if contains -- "$heading" Verbs Subcommands; and set -l found (string match -r '^  ([a-z][a-z-]*)(?: +|$)(.*)' -- $line)
            set -a verbs $found[2]\t$found[3]
        end
    end
end

function __bulletin_kind --no-scope-shadowing # OPTION: what its value is called, if it takes one
    if set -l index (contains -i -- $argv[1] $options)
        echo -n $kinds[$index]
    end
end

function __bulletin_names --no-scope-shadowing # CONNECTION... WORD...: what the broker has
    for name in (timeout 2 $argv 2>/dev/null | string split0)
        if not string match -qr '\t|^~|[\p{Zl}\p{Zp}\p{Cf}\x{80}-\x{9f}]' -- $name
            and begin; test -n "$dashes"; or not string match -q -- '-*' $name; end
            printf '%s\0' $name
        end
    end
end

function __bulletin_value --no-scope-shadowing # KIND: as --help calls what is wanted
    switch "$argv[1]"
        case NS PREFIX
            __bulletin_names $connection --timeout 500ms ls --null | string split0
        case NAME
            if test -n "$space"
                __bulletin_names $connection --timeout 500ms show --null -- $space | string split0
            else
                __fish_complete_path (commandline -ct)
            end
        case FILE
            __fish_complete_path (commandline -ct)
        case FOLDER
            __fish_complete_directories (commandline -ct)
        case VERB
            printf '%s\n' $first
    end
end

function __bulletin_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    set -l connection $program
    set -l options
    set -l kinds
    set -l explained
    set -l verbs
    set -l places
    set -l verb ''
    set -l dashes ''
    set -l wanted ''
    set -l space ''
    set -l place 1
    __bulletin_read_help $program
    set -l first $verbs
    set -l shared $options
    set -l i 2
    while test $i -le (count $words)
        set -l word $words[$i]
        set wanted ''
        if test -z "$dashes" -a "$word" = --
            set dashes 1
        else if test -z "$dashes"; and string match -q -- '--*' $word
            set -l option (string replace -r '=.*' '' -- $word)
            set -l value (__bulletin_kind $word)
            set -l passed (contains -- $option $shared; and test -n (__bulletin_kind $option)""; and test $option != --timeout; and echo 1)
            test -z "$passed"; or set -a connection $word
            test "$word" != --all; or set -e places[1] # in the place of the namespace
            if test -n "$value"
                set i (math $i + 1)
                if test $i -gt (count $words)
                    set wanted $value
                    break
                end
                test -z "$passed"; or set -a connection (string replace -r '^~/' "$HOME/" -- $words[$i])
            end
        else if test -z "$dashes"; and string match -qr -- '^-[^0-9.]' $word
            # -h
        else if test -z "$verb"
            set verb $word
            __bulletin_read_help $program $verb
        else
            test "$places[$place]" != NS; or set space $word
            set place (math $place + 1)
        end
        set i (math $i + 1)
    end

    if test -n "$wanted"
        __bulletin_value $wanted
    else if test -z "$dashes"; and string match -q -- '--*=*' $current
        return # fish completes what stands behind the = as a file
    else
        if test -z "$dashes"; and string match -q -- '-*' $current
            printf '%s\n' $explained
        end
        if test -z "$verb"
            printf '%s\n' $first
        else
            if test $place -gt (count $places); and string match -q '*...' -- "$places[-1]"
                set place (count $places)
            end
            test "$places[$place]" != ...; or set place (math $place - 1)
            test $place -gt (count $places); or __bulletin_value (string replace ... '' -- $places[$place])
        end
    end
end

for program in bulletin bulletin-broker
    complete -c $program -f -a '(__bulletin_complete)'
end
