@echo off
rem Unrolled on Windows: hands over to the Python file beside this one.
where py >nul 2>nul
if %ERRORLEVEL% equ 0 (
  py -3 "%~dp0unrolled" %*
) else (
  python "%~dp0unrolled" %*
)
exit /b %ERRORLEVEL%
