# Adds the members of the archives ADDED to the archive ARCHIVE, with the archiver AR.
set(merged "${ARCHIVE}.merged")
list(TRANSFORM ADDED PREPEND "addlib " OUTPUT_VARIABLE added)
list(JOIN added "\n" added)
file(WRITE "${merged}.mri" "create ${merged}\naddlib ${ARCHIVE}\n${added}\nsave\nend\n")
execute_process(COMMAND "${AR}" -M INPUT_FILE "${merged}.mri" COMMAND_ERROR_IS_FATAL ANY)
file(RENAME "${merged}" "${ARCHIVE}")
file(REMOVE "${merged}.mri")
