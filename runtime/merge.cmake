# Adds the members of the archive ADDED to the archive ARCHIVE, with the archiver AR.
set(merged "${ARCHIVE}.merged")
file(WRITE "${merged}.mri" "create ${merged}\naddlib ${ARCHIVE}\naddlib ${ADDED}\nsave\nend\n")
execute_process(COMMAND "${AR}" -M INPUT_FILE "${merged}.mri" COMMAND_ERROR_IS_FATAL ANY)
file(RENAME "${merged}" "${ARCHIVE}")
file(REMOVE "${merged}.mri")
