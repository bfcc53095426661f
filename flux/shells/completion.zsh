#compdef inv invoke flux-artifacts
# Completion of inv and flux-artifacts for zsh, after compinit:
#   source <(flux-artifacts --print-completion-script zsh)
_flux_artifacts() {
    local typed=${words[1]/#\~/$HOME}
    local program=$typed
    local -a given found
    given=("${(@)words[2,CURRENT]}")
    case ${typed:t} in
        inv | invoke) program=${typed%${typed:t}}flux-artifacts ;;
    esac
    # The first word may be a task of the repository's own.
    if ((CURRENT == 2)) && [[ $given[1] != -* ]]; then
        program=$typed
        given=("")
    fi
    found=("${(@f)$("$program" --complete -- "${(@)given}" 2>/dev/null)}")
    if [[ -n $found[1] ]]; then
        compadd -- $found
    else
        _files
    fi
}
compdef _flux_artifacts inv invoke flux-artifacts
