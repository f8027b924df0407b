# Completion of mokctl for fish. It asks mokctl itself, so it knows the clusters.

function __mokctl_complete
    set --local words (commandline --tokenize --cut-at-cursor --current-process)
    set --local typed (commandline --cut-at-cursor --current-token)
    mokctl completion fish -- $words[2..-1] "$typed" 2>/dev/null
    switch $status
        case 0
        case 2
            __fish_complete_path "$typed" ''
        case '*'
            __fish_complete_directories "$typed" ''
    end
end

complete --command mokctl --no-files --arguments '(__mokctl_complete)'
