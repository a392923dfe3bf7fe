# dltrain_folder(NAME [DEPENDS folder...] [LIBRARIES target...])
#   The sources below the current folder as the object library dltrain_NAME. Objects of all folders together make
#   libdltrain.so, which the program, the modules and the tests link.
# dltrain_module(NAME [LIBRARIES target...])
#   The sources below the current folder as the shared module dltrain_NAME.so, which is loaded when first needed
#   (core/module.h), so that its libraries cost nothing at start.
set_property(GLOBAL PROPERTY DLTRAIN_FOLDERS "")

function(dltrain_sources OUT)
  file(GLOB_RECURSE found CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} *.cpp)
  foreach(excluded ${ARGN})
    list(FILTER found EXCLUDE REGEX "^${excluded}/")
  endforeach()
  set(${OUT} ${found} PARENT_SCOPE)
endfunction()

function(dltrain_folder NAME)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LIBRARIES;SOURCES;EXCLUDE" ${ARGN})
  if(NOT ARG_SOURCES)
    dltrain_sources(ARG_SOURCES ${ARG_EXCLUDE})
  endif()
  add_library(dltrain_${NAME} OBJECT ${ARG_SOURCES})
  target_include_directories(dltrain_${NAME} PUBLIC ${PROJECT_SOURCE_DIR})
  foreach(folder ${ARG_DEPENDS})
    target_link_libraries(dltrain_${NAME} PUBLIC $<COMPILE_ONLY:dltrain_${folder}>)
  endforeach()
  target_link_libraries(dltrain_${NAME} PRIVATE ${ARG_LIBRARIES})
  set_property(GLOBAL APPEND PROPERTY DLTRAIN_FOLDERS dltrain_${NAME})
endfunction()

function(dltrain_module NAME)
  cmake_parse_arguments(ARG "" "" "LIBRARIES" ${ARGN})
  dltrain_sources(sources)
  add_library(dltrain_${NAME} MODULE ${sources})
  set_target_properties(dltrain_${NAME} PROPERTIES PREFIX "")
  target_include_directories(dltrain_${NAME} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(dltrain_${NAME} PRIVATE dltrain_library ${ARG_LIBRARIES})
  set_property(GLOBAL APPEND PROPERTY DLTRAIN_MODULES dltrain_${NAME})
endfunction()
