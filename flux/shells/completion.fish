# Completion of inv and flux-artifacts for fish:
#   flux-artifacts --print-completion-script fish | source
function __flux_artifacts
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~' $HOME -- $words[1])
    set -l given $words[2..-1] "$current"
    # The first word may be a task of the repository's own.
    if test (count $words) -eq 1; and not string match -q -- '-*' "$current"
        set given ""
    else
        set program (string replace -r '(^|/)(inv|invoke)$' '$1flux-artifacts' -- $program)
    end
    set -l found (command $program --complete -- $given 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path "$current"
    end
end
complete -c inv -c invoke -c flux-artifacts -f -a '(__flux_artifacts)'
