# Completion of inv and flux-artifacts for bash:
#   eval "$(flux-artifacts --print-completion-script bash)"
_flux_artifacts() {
    local typed=${COMP_WORDS[0]/#\~/$HOME} line word
    local program=$typed words=()
    case ${typed##*/} in
        inv | invoke) program=${typed%"${typed##*/}"}flux-artifacts ;;
    esac
    # Bash splits words at = too.
    for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
        [[ $word == = ]] || words+=("$word")
    done
    [[ ${COMP_WORDS[COMP_CWORD]} == = ]] && words+=("")
    # The first word may be a task of the repository's own.
    ((COMP_CWORD == 1)) && [[ ${words[0]} != -* ]] && program=$typed words=("")
    COMPREPLY=()
    while IFS= read -r line; do
        ((COMP_CWORD > 1)) || [[ $line == "${COMP_WORDS[1]}"* ]] && COMPREPLY+=("$line")
    done < <("$program" --complete -- "${words[@]}" 2>/dev/null)
}
complete -o default -F _flux_artifacts inv invoke flux-artifacts
